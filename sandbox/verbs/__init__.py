"""What `./run` can do, one verb a file: each has `main(argv) -> int` and is imported only when asked for."""
