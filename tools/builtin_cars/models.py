"""The table of the ten built-in cars."""

from .low_cars import BEETLE, COUPE, HATCHBACK, ROADSTER, SEDAN
from .tall_cars import LORRY, MINIBUS, PICKUP, SUV, VAN

CARS = (SEDAN, HATCHBACK, VAN, PICKUP, COUPE, SUV, ROADSTER, MINIBUS, LORRY, BEETLE)
