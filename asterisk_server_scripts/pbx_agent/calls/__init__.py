"""Pure call tracking: AMI events in, call snapshots out. No socket, no clock, no disk."""
