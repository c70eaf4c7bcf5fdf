"""The rows of medicines: orders with their overrides, expected doses, passes, stock, what people keep on their person."""

from throughcare.care.medications.models.doses import Dose, MedicationPass
from throughcare.care.medications.models.kept import KeptCount, KeptFitness, KeptPack, RefillRequest
from throughcare.care.medications.models.orders import MedicationOrder, OrderOverride
from throughcare.care.medications.models.stock import StockCount, StockDifference, StockEntry, StockLot

__all__ = [
    "Dose",
    "KeptCount",
    "KeptFitness",
    "KeptPack",
    "MedicationOrder",
    "MedicationPass",
    "OrderOverride",
    "RefillRequest",
    "StockCount",
    "StockDifference",
    "StockEntry",
    "StockLot",
]
