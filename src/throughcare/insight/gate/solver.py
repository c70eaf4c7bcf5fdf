"""The linear programs of the gate, on HiGHS: the only module that knows the solver. Exit: any solver of linear programs."""

from collections.abc import Mapping, Sequence
from typing import Any

Columns = Sequence[tuple[float, float]]  # low, high
Lines = Sequence[tuple[Sequence[int], Sequence[int], float, float]]  # columns, weights, low, high

Method = Mapping[str, bool | int | str]
QUIET: Method = {"output_flag": False, "threads": 1}
CORNERS: Method = {**QUIET, "presolve": "off", "simplex_strategy": 4}  # primal simplex: starts where the last one ended
INSIDE: Method = {**QUIET, "solver": "ipm", "run_crossover": "off"}  # interior points: moves many counts at once


class Unsolved(RuntimeError):
    """The solver gave no answer; nothing may be published on its word."""


class Program:
    """A set of linear conditions that is asked for extremes again and again, each from where the last one ended."""

    def __init__(self, columns: Columns, lines: Lines, method: Method = CORNERS) -> None:
        import highspy
        import numpy

        self._numpy, self._highspy = numpy, highspy
        self.size = len(columns)
        make: Any = highspy.Highs
        self._solver: Any = make()
        for name, value in method.items():
            self._solver.setOptionValue(name, value)
        self._solver.passModel(self._model(columns, lines))
        self._asked: list[int] = []

    def bound(self, columns: Columns) -> None:
        """Give every column another range."""
        numpy = self._numpy
        low, high = (numpy.array([one[side] for one in columns], dtype=float) for side in (0, 1))
        self._solver.changeColsBounds(self.size, numpy.arange(self.size, dtype=numpy.int32), low, high)

    def least(self, costs: Mapping[int, float]) -> list[float] | None:
        """Return where the sum of costs is least, or None if the conditions can't all hold."""
        numpy = self._numpy
        dropped = [column for column in self._asked if column not in costs]
        columns = numpy.array([*costs, *dropped], dtype=numpy.int32)
        prices = numpy.array([*costs.values(), *(0.0 for _ in dropped)], dtype=float)
        self._solver.changeColsCost(len(columns), columns, prices)
        self._asked = list(costs)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == self._highspy.HighsModelStatus.kInfeasible:
            return None
        if status != self._highspy.HighsModelStatus.kOptimal:
            raise Unsolved(f"The solver ended as [{status}]. Publish nothing, and report the table.")
        return list(self._solver.getSolution().col_value)

    def _model(self, columns: Columns, lines: Lines) -> Any:
        numpy, highspy = self._numpy, self._highspy
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(columns), len(lines)
        model.col_cost_ = numpy.zeros(len(columns))
        model.col_lower_ = numpy.array([low for low, _ in columns], dtype=float)
        model.col_upper_ = numpy.array([high for _, high in columns], dtype=float)
        model.row_lower_ = numpy.array([line[2] for line in lines], dtype=float)
        model.row_upper_ = numpy.array([line[3] for line in lines], dtype=float)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        starts: list[int] = [0]
        index: list[int] = []
        values: list[int] = []
        for places, weights, *_ in lines:
            index.extend(places)
            values.extend(weights)
            starts.append(len(index))
        model.a_matrix_.start_ = numpy.array(starts, dtype=numpy.int32)
        model.a_matrix_.index_ = numpy.array(index, dtype=numpy.int32)
        model.a_matrix_.value_ = numpy.array(values, dtype=float)
        return model
