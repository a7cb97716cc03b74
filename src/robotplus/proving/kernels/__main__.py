"""Build the kernels, saying what is done and how long it took."""

import time

from robotplus.proving.kernels import build, library_path, sources

if __name__ == "__main__":
    started = time.perf_counter()
    fresh = not library_path().exists()
    if fresh:
        print(f"compiling {len(sources())} kernel files …", flush=True)
    path = build()
    print(f"{'built' if fresh else 'up to date'}: {path.name} ({time.perf_counter() - started:.1f} s)")
