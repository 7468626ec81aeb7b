"""What strangers may try against the site, measured: bounded in number and time, on 127.0.0.1."""
