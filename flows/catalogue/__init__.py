"""The catalogue: what the register has, in a form that answers without a case being opened.

Derived from the register and kept outside git: lost, it is made anew.
"""
