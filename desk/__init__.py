"""The simulated support desk: a seeded world of tickets, agents' reviews, events and a business figure."""

from desk.simulation import Desk

__all__ = ["Desk"]
