-- Most values have few entries. They are in the state then, 'S', in order of time: each is six bytes for when, and an id.

local EMPTY, BEGUN = headOf('S', 0), headOf('S', clock)

-- Six bytes for a time; most of a batch have the same.
local stamps = {}
local function stampOf(at)
  local stamp = stamps[at] or bytes('>I6', at)
  stamps[at] = stamp
  return stamp
end

-- When the first entry was; NEVER where there is none.
local function oldestOf(log) return #log > HEAD and values('>I6', log, HEAD + 1) or NEVER end

-- Where the first entry later than the horizon begins.
local function startOf(log, width, horizon)
  local offset = HEAD + 1
  while offset < #log and values('>I6', log, offset) <= horizon do offset = offset + width end
  return offset
end

-- Where an id's entry begins; nil where it has none.
local function entryOf(log, width, id)
  local place = find(log, id, HEAD + 7, true)
  while place and (place - HEAD - 7) % width ~= 0 do place = find(log, id, place + 1, true) end
  return place and place - 6
end

-- Adds an entry; an id stays where it was first, or with `latest` where it was last. Answers when that is.
local function insert(log, width, at, id, latest)
  local known = entryOf(log, width, id)
  if known then
    local when = values('>I6', log, known)
    if not latest or when >= at then return log, when end
    log = sub(log, 1, known - 1) .. sub(log, known + width)
  end
  local last = #log
  while last > HEAD and values('>I6', log, last - width + 1) > at do last = last - width end
  if last == #log then return log .. stampOf(at) .. id, at end
  return sub(log, 1, last) .. stampOf(at) .. id .. sub(log, last + 1), at
end

-- The log without what is too old for every window, and with its lifetime set anew where that is due.
local function maintain(log, width, retention, at)
  local expired = at - retention - SLACK
  local due = isStale(refreshedOf(log), retention)
  if not due and (not asking or oldestOf(log) > expired) then return log end
  if due then keepFor(retention) end
  if #log == HEAD then return BEGUN end
  return (due and BEGUN or sub(log, 1, HEAD)) .. sub(log, asking and startOf(log, width, expired) or HEAD + 1)
end

-- The sorted set of a state that has got too many entries, 'L'.
local function setOf(field) return key .. '\n' .. field end

-- Makes the log a sorted set by time.
local function spill(field, width, log)
  local entries = {}
  for offset = HEAD + 1, #log, width do
    entries[#entries + 1] = text(values('>I6', log, offset))
    entries[#entries + 1] = sub(log, offset + 6, offset + width - 1)
  end
  if #entries > 0 then call('ZADD', setOf(field), unpack(entries)) end
end
