-- KEYS[1]: the microseconds since 1970 at which each request of a caller was admitted that still counts, oldest first.
-- ARGV: the limit, the window in microseconds. Answers whether one more is admitted, how many count now, and the
-- microseconds until the oldest of them leaves the window.
local limit, span = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- The clock of a replica that took over may be behind: time does not go back for a caller.
local last = tonumber(redis.call('LINDEX', KEYS[1], -1))
if last and last > now then now = last end

local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
while oldest and oldest <= now - span do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
end
local count = redis.call('LLEN', KEYS[1])
local admitted = 0
if count < limit then
  redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(span / 1000))
  admitted, count = 1, count + 1
end
return {admitted, count, (oldest or now) + span - now, string.format('%.0f', now)}
