-- Observes a batch of transactions: each of them sees all that were observed before it.
--
-- ARGV[1]: JSON { keys: [prefix, [kind, field, retention, windows][]][], coverage: names }
-- ARGV[2]: see common.lua; ARGV[3], ARGV[4]: who claims, and for how many milliseconds
-- then for each transaction: at, member (22 bytes), "1" where it is to be claimed, amount, currency, and for each of the
-- keys its value or "", and for each of its groups that count distinct values 28 bytes that stand for the value or ""
--
-- Answers the values of the coverage keys; then in one list for each transaction 1 where another one has claimed it, else
-- 0 and the figures of all groups' windows.

local layout, owner, ttl = cjson.decode(ARGV[1]), ARGV[3], ARGV[4]
-- How many whole numbers a figure is answered in.
local WIDTH = { count = 1, distinct = 1, maximum = 2, total = 3 }

local function claimedElsewhere(member)
  local claim = 'velocity:claim:' .. member
  return not call('SET', claim, owner, 'NX', 'PX', ttl) and call('GET', claim) ~= owner
end

-- The fields of a value's hash that hold the states of its groups: those about amounts are apart by currency.
local known = {}
local function fieldsOf(groups, currency)
  local byCurrency = known[groups]
  if not byCurrency then
    byCurrency = {}
    known[groups] = byCurrency
  end
  local fields = byCurrency[currency]
  if fields then return fields end
  fields = {}
  for g = 1, #groups do
    local kind, field = groups[g][1], groups[g][2]
    fields[g] = (kind == 'total' or kind == 'maximum') and field .. currency or field
  end
  byCurrency[currency] = fields
  return fields
end

-- Observes one value of a key: `i` is the place of the groups' own arguments.
local function observe(groups, i, at, member, currency, high, low)
  local fields = fieldsOf(groups, currency)
  local states = call('HMGET', key, unpack(fields))
  local changed, n = {}, 0
  for g = 1, #groups do
    local group, field = groups[g], fields[g]
    local kind, retention, windows = group[1], group[3], group[4]
    local before, state = states[g] or EMPTY, nil
    if kind == 'count' then
      state = count(field, before, retention, windows, at, member, 6 + MEMBER, false)
    elseif kind == 'distinct' then
      state = count(field, before, retention, windows, at, ARGV[i], 6 + VALUE, true)
      i = i + 1
    elseif kind == 'maximum' then
      state = maximum(before, retention, windows, at, high, low)
    else
      state = sum(field, before, retention, windows, at, member, high, low)
    end
    if state ~= before then
      changed[n + 1], changed[n + 2] = field, state
      n = n + 2
    end
  end
  if n > 0 then call('HSET', key, unpack(changed)) end
  if timeToLive > 0 and call('PTTL', key) < timeToLive then call('PEXPIRE', key, text(timeToLive)) end
  timeToLive = 0
end

-- What a transaction without the key is answered.
local function pushNothing(groups)
  for g = 1, #groups do
    for _ = 1, #groups[g][4] * WIDTH[groups[g][1]] do push(0) end
  end
end

local function distinctCounts(groups)
  local n = 0
  for g = 1, #groups do
    if groups[g][1] == 'distinct' then n = n + 1 end
  end
  return n
end

local keys, ofs = layout.keys, {}
for k = 1, #keys do ofs[k] = distinctCounts(keys[k][2]) end
local i, last = 5, #ARGV
while i < last do
  local at, member, amount, currency = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 3], ARGV[i + 4]
  at = min(at, clock + AHEAD)
  -- Whoever has claimed a transaction observes it.
  local elsewhere = ARGV[i + 2] == '1' and claimedElsewhere(member)
  push(elsewhere and 1 or 0)
  i = i + 5
  local high, low = halves(amount)
  for k = 1, #keys do
    local groups, value = keys[k][2], ARGV[i]
    if not elsewhere then
      if value ~= '' then
        key = keys[k][1] .. value
        observe(groups, i + 1, at, member, currency, high, low)
      elseif asking then
        pushNothing(groups)
      end
    end
    i = i + 1 + ofs[k]
  end
end

local coverage = #layout.coverage > 0 and call('MGET', unpack(layout.coverage)) or {}
return { coverage, out }
