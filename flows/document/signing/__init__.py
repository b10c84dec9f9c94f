"""The authority's signature on a published paper: PAdES, by pyHanko.

credential     what the authority signs with, as keys/authority/signing.toml describes it
update         the one form of what may stand after a paper, written and read
pades          puts the signature on a paper, whose own bytes stay what they were, and renews it
material       fetches what shows later that the certificates were good
examination    what the signature on a paper shows, each thing as a fact of its own
throwaway      an authority made on the spot, for the demo
"""
