"""Lets `python -m throughcare.app` be the console command."""

from throughcare.app.cli import main

main()
