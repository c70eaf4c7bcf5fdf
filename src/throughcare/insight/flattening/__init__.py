"""Resources to rows, by what the resource is; pure."""
