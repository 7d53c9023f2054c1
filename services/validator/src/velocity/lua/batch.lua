-- Observes a batch of transactions: each of them sees all that were observed before it.
--
-- ARGV[1]: JSON { keys: [kind, field, retention, windows][][], coverage: names }
-- ARGV[2]: see common.lua; ARGV[3], ARGV[4]: who claims, and for how many milliseconds
-- ARGV[5]: the run_id that the one who asks knows this server by
-- ARGV[6]: the transactions one after another (velocity/wire.ts): '1' where it is to be claimed, when in 6 bytes, member,
-- the halves of the amount in 4 bytes each, currency in 3 letters; then for each of the keys the name of its value, and
-- for each of its groups that count distinct values 28 bytes that stand for the value, or '', after a byte for the length
--
-- Answers doubles: since when each group is complete; then for each transaction 1 where another one has claimed it, else
-- 0 and the figures of all groups' windows.

local layout, owner, ttl, items = cjson.decode(ARGV[1]), ARGV[3], ARGV[4], ARGV[6]
-- How many whole numbers a figure is answered in.
local WIDTH = { count = 1, distinct = 1, maximum = 2, total = 3 }
-- Bytes of a transaction before its values.
local FIXED = 18 + MEMBER

local function claimedElsewhere(member)
  local claim = 'velocity:claim:' .. member
  return not call('SET', claim, owner, 'NX', 'PX', ttl) and call('GET', claim) ~= owner
end

-- The names of the states of a value's groups: those about amounts are apart by currency.
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

-- Where the next value of a transaction begins.
local place = 1
local function take()
  local from = place + 1
  place = from + byte(items, place)
  return sub(items, from, place - 1)
end

-- Observes one value of a key.
local function observe(groups, at, member, entry, currency, high, low)
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
      state = count(field, before, retention, windows, at, take(), 6 + VALUE, true)
    elseif kind == 'maximum' then
      state = maximum(before, retention, windows, at, high, low)
    else
      state = sum(field, before, retention, windows, at, entry, high, low)
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

-- What a transaction without the key is answered; its values are passed over where `isSilent`.
local function pass(groups, isSilent)
  for g = 1, #groups do
    local kind, _, _, windows = unpack(groups[g])
    if kind == 'distinct' then take() end
    if not isSilent then
      for _ = 1, #windows * WIDTH[kind] do push(0) end
    end
  end
end

-- Since when each group is complete, by its coverage key (velocity/coverage.ts); NEVER also where another server said it.
-- While the first key, of the backlog, is there, none of them is.
local function pushCoverage(names, runId)
  local stored = call('MGET', unpack(names))
  for n = 2, #names do
    local value = not stored[1] and stored[n]
    local isCovered = value and sub(value, 1, #runId) == runId
    push(isCovered and tonumber(sub(value, #runId + 2)) or NEVER)
  end
end

if asking then pushCoverage(layout.coverage, ARGV[5]) end
local keys = layout.keys
while place < #items do
  local from = place
  local at, high, low = values('>I6', items, from + 1), values('>I4I4', items, from + 7 + MEMBER)
  at = min(at, clock + AHEAD)
  local member, entry = sub(items, from + 7, from + 6 + MEMBER), sub(items, from + 7, from + 14 + MEMBER)
  local currency = sub(items, from + 15 + MEMBER, from + 17 + MEMBER)
  -- Whoever has claimed a transaction observes it.
  local elsewhere = byte(items, from) == 49 and claimedElsewhere(member)
  push(elsewhere and 1 or 0)
  place = from + FIXED
  for k = 1, #keys do
    key = take()
    if elsewhere or key == '' then
      pass(keys[k], elsewhere or not asking)
    else
      observe(keys[k], at, member, entry, currency, high, low)
    end
  end
end

return asking and answer() or ''
