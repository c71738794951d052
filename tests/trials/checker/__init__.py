"""Judges a trial by what its clients were told and by what is stored.

Imports nothing of the project, only pymongo and the standard library: an error in the product, in its readers or in its tests is
then no error of the judge. `evidence` reads; `judge` gives the findings, each under the name of a promise.
"""
