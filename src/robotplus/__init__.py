"""robotplus: a need goes in, robots proven to do the job come out, with the reasons for every no."""

__version__ = "0.1.0"
