"""The authority's seal on a published paper: PAdES, by pyHanko.

seal           what the authority signs with, as keys/authority/seal.toml describes it
signing        puts the seal on a paper, whose own bytes stay what they were
examination    what the seal on a paper shows, each thing as a fact of its own
throwaway      an authority made on the spot, for the demo
"""
