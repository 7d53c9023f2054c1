-- KEYS: of each window the microseconds since 1970 at which each request of a caller was admitted that still counts,
-- oldest first. ARGV: of each window its limit, and its span in microseconds.
-- Answers, of each window until one does not admit: whether one more is admitted, how many count now, the microseconds
-- until the oldest of them leaves the window, and the time.
local time = redis.call('TIME')
local clock = time[1] * 1000000 + time[2]
local answer = {}
for index, key in ipairs(KEYS) do
  local limit, span = tonumber(ARGV[2 * index - 1]), tonumber(ARGV[2 * index])
  local now = clock
  -- The clock of a replica that took over may be behind: time does not go back for a caller.
  local last = tonumber(redis.call('LINDEX', key, -1))
  if last and last > now then now = last end

  local oldest = tonumber(redis.call('LINDEX', key, 0))
  while oldest and oldest <= now - span do
    redis.call('LPOP', key)
    oldest = tonumber(redis.call('LINDEX', key, 0))
  end
  local count = redis.call('LLEN', key)
  local admitted = 0
  if count < limit then
    redis.call('RPUSH', key, string.format('%.0f', now))
    redis.call('PEXPIRE', key, math.ceil(span / 1000))
    admitted, count = 1, count + 1
  end
  table.insert(answer, {admitted, count, (oldest or now) + span - now, string.format('%.0f', now)})
  if admitted == 0 then break end
end
return answer
