"""ReportLab that tags what it draws: PDF/UA-1 and PDF/A-2a in one file, the same bytes each time.

structure   the tree of a document's structure elements; knows nothing of ReportLab
fonts       TrueType fonts that say what their glyphs mean, and refuse what they cannot print
streams     streams as archives want them, and those that are packed once for many documents
metadata    XMP, identifiers, dates and the output intent
canvas      a canvas on which every mark belongs to an element, or is an artifact
flow        paragraphs, headings, list items and entries of contents, each source block one element
table       tables, of which the same is true

The tree is built first, in reading order, with a `Leaf` wherever words will stand. Drawing
only fills the leaves, so the order of drawing, line breaks and page breaks cannot disturb it.
Nothing in here knows of papers or of the rest of this system.
"""
