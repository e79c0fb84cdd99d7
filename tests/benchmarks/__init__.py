"""Benchmarks: they print numbers and assert none. ``python -m tests.benchmarks.timings``"""
