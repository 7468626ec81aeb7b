"""From a listing page of street snaps to a folder with a manifest. It knows nothing of Django.

`profile` says how a site is read, `browser` and `listing` find the snaps on its pages, `fetch` and
`images` get and check their files, `journal` remembers each step, `crawl` does it all in order.
"""
