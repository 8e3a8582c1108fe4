"""Files from outside, read by a process that has nothing to lose or to tell.

`apart.Apart` starts it and takes what it says; `here.here` is what it does.
"""
