"""The pages of this room: the workspace, a measure's chart and groups, a project, the binder of standards."""

from throughcare.insight.improvement.screens import binder, charts, projects, workspace

__all__ = ["binder", "charts", "projects", "workspace"]
