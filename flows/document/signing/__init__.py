"""The authority's signature on a published paper: PAdES, by pyHanko.

credential     what the authority signs with, as keys/authority/signing.toml describes it
pades          puts the signature on a paper, whose own bytes stay what they were
addition       whether nothing but a signature was added to a paper
examination    what the signature on a paper shows, each thing as a fact of its own
throwaway      an authority made on the spot, for the demo
"""
