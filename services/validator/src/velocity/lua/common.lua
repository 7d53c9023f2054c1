-- What the other parts share. They are one script (velocity/script.ts), which Redis runs while it runs nothing else.

local call = redis.call
local bytes, values = struct.pack, struct.unpack
local sub, find, byte = string.sub, string.find, string.byte
local floor, min = math.floor, math.min

-- The most entries that a value has, and a maximum; figures are lower bounds beyond.
local LIMIT = 100000
local FRONT_LIMIT = 256
-- The most entries that a state holds itself.
local SMALL = 16
-- The most entries that a total is moved over in one call; it is away until it has arrived.
local STEP = 1000
-- Milliseconds that an entry is kept beyond its window, for observations that come late.
local SLACK = 60000
-- Milliseconds that a replica's clock may be ahead of this server's.
local AHEAD = 5000
-- Bytes of a member, and of a value that is counted (velocity/layout.ts).
local MEMBER, VALUE = 22, 28
-- Later than all times, and exact in a double.
local NEVER = 9007199254740991

-- "1" where figures are asked for; "0" where transactions are only added, in any order (velocity/rebuild.ts).
local asking = ARGV[2] == '1'

local time = call('TIME')
local clock = time[1] * 1000 + floor(time[2] / 1000)

-- The answer, doubles one after another. Amounts have up to 18 digits, which a double does not hold: their last nine and
-- the rest are kept apart, so that the sum of LIMIT amounts is exact.
local out, size = {}, 0
local function push(figure)
  size = size + 1
  out[size] = figure
end

-- Numbers that are made bytes in one call.
local PACK = 200
local function answer()
  local parts = {}
  for first = 1, size, PACK do
    local last = min(first + PACK - 1, size)
    parts[#parts + 1] = bytes('<' .. string.rep('d', last - first + 1), unpack(out, first, last))
  end
  return table.concat(parts)
end

-- Whole numbers as Redis reads them. Lua and Redis print doubles slowly, and a batch has the same ones again and again.
local printed = {}
local function text(number)
  local known = printed[number]
  if known then return known end
  known = string.format('%.0f', number)
  printed[number] = known
  return known
end

-- The score after which a window begins, as a range of a sorted set begins.
local afters = {}
local function after(horizon)
  local known = afters[horizon]
  if known then return known end
  known = '(' .. text(horizon)
  afters[horizon] = known
  return known
end

-- Milliseconds until entries go that nothing is added to any more.
local function lifetime(retention) return floor(retention * 1.25) + SLACK end

-- A state begins with its kind, 'S' or 'L', and when its lifetime was last set; that is done anew an eighth of the
-- retention later.
local HEAD = 9
local function headOf(kind, refreshed) return kind .. bytes('<d', refreshed) end
local function refreshedOf(state) return (values('<d', state, 2)) end
local function isStale(refreshed, retention) return clock - refreshed > retention / 8 end

-- The key of the observed value, and the time to live that one of its states has asked for. It is longer than that of
-- the sorted sets beside it: without their state they would not be found.
local key, timeToLive = '', 0
local function keepFor(retention) timeToLive = math.max(timeToLive, lifetime(retention) + SLACK) end

-- Old entries are taken away with every eighth observation or so: it takes about as long as all the rest.
local function trims(at) return at % 8 == 0 end
