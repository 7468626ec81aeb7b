"""The REST API, `/api/v1/`: one module for each resource.

Every operation is as thin as a page's view: it reads, calls the function that says what happens,
and answers. Errors are problem documents (RFC 9457) with the reason codes of the pages.
"""
