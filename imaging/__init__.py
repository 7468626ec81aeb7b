"""Reading photos that nobody has vouched for. Knows no Django, no model and no crawler.

`inspection` says what a file is and what decoding it would cost, before anything is decoded;
`photo` makes the two JPEGs that are kept; `decoders` has that done in child processes that can be
killed, which is how untrusted photos are read. Whoever reads a photo here raises Rejected with a
Reason, the same one everywhere.
"""
