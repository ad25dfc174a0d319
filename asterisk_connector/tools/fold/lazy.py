"""A property that is worked out once."""


class lazy:  # noqa: N801 - used like `property`
    """Like functools.cached_property, which before Python 3.12 takes a lock each time, and a million calls are many."""

    def __init__(self, work):
        self.work, self.__doc__ = work, work.__doc__

    def __set_name__(self, _owner, name):
        self.name = name

    def __get__(self, instance, _owner=None):
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.work(instance)
        return value
