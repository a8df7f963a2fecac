"""Running this site: background work, alarms, file permissions, one start at a time, errors in one line.

Not what any site needs, such as mail and logs: that is `publishing.operations`. Begin with `upkeep`.
"""
