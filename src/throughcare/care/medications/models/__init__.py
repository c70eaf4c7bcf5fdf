"""The rows of medicines: orders with their overrides, expected doses, passes."""

from throughcare.care.medications.models.doses import Dose, MedicationPass
from throughcare.care.medications.models.orders import MedicationOrder, OrderOverride

__all__ = ["Dose", "MedicationOrder", "MedicationPass", "OrderOverride"]
