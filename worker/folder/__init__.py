"""A folder of photos in one go, without any service: `manage.py classify_folder`.

`files` finds them, `decoding` and `classify` turn them into rows, `tables` writes and reads rows,
`sheet` draws the report, `sorting` makes the copies, `queueing` sends them to the site instead.
"""
