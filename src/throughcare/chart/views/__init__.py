"""What the chart's pages show, as shapes for the components: no queries, no HTTP."""
