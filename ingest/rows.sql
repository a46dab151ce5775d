-- name: copy_readings
copy readings (time, device, quantity, value, received) from stdin (format binary)

-- name: copy_swipes
copy swipes (time, reader, person, direction, granted, received) from stdin (format binary)

-- name: copy_swipes_with_reason
copy swipes (time, reader, person, direction, granted, received, reason)
from stdin (format binary)

-- name: copy_detections
copy detections (time, device, kind, zone, score, box, snapshot, received)
from stdin (format binary)

-- name: copy_device_states
copy device_states (time, device, state, detail, received) from stdin (format binary)
