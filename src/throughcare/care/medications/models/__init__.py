"""The rows of medicines: orders with overrides, expected doses, passes, stock, kept packs, crossings of doors, sealed orders."""

from throughcare.care.medications.models.doors import Crossing, CrossingLine
from throughcare.care.medications.models.doses import Dose, MedicationPass
from throughcare.care.medications.models.kept import KeptCount, KeptFitness, KeptPack, RefillRequest
from throughcare.care.medications.models.leases import Lease
from throughcare.care.medications.models.orders import MedicationOrder, OrderOverride
from throughcare.care.medications.models.programme import ProgrammeEntry, ProgrammeOrder
from throughcare.care.medications.models.stock import StockCount, StockDifference, StockEntry, StockLot

__all__ = [
    "Crossing",
    "CrossingLine",
    "Dose",
    "KeptCount",
    "KeptFitness",
    "KeptPack",
    "Lease",
    "MedicationOrder",
    "MedicationPass",
    "OrderOverride",
    "ProgrammeEntry",
    "ProgrammeOrder",
    "RefillRequest",
    "StockCount",
    "StockDifference",
    "StockEntry",
    "StockLot",
]
