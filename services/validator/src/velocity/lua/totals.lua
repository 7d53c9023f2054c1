-- Sums and averages: the id of an entry is the member and the halves of its amount, four bytes each. Of a log they are
-- added up. Beside a sorted set stands, in the state, for each window the total of the entries later than its
-- horizon: { window, horizon, oldest, n, high, low }, where no entry that is counted is earlier than `oldest`. An
-- observation moves the horizon and counts what it passes, so totals are exact in any order.

-- Counts the entries of a ZRANGEBYSCORE WITHSCORES; with sign -1 it takes them out.
local function apply(total, entries, sign)
  for i = 1, #entries, 2 do
    local high, low = values('>I4I4', entries[i], MEMBER + 1)
    total[4], total[5], total[6] = total[4] + sign, total[5] + sign * high, total[6] + sign * low
  end
end

-- Of a full page, the entries up to its last score, of which there may be more, and that score; where the page has that
-- score only, all that have it, and true.
local function complete(set, page)
  local edge = page[#page]
  if page[2] == edge then
    return call('ZRANGEBYSCORE', set, edge, edge, 'WITHSCORES'), tonumber(edge), true
  end
  while page[#page] == edge do
    page[#page] = nil
    page[#page] = nil
  end
  return page, tonumber(edge), false
end

-- Lets a total begin earlier; false where it has not arrived.
local function back(set, total, horizon)
  local page = call('ZREVRANGEBYSCORE', set, text(total[2]), after(horizon), 'WITHSCORES', 'LIMIT', '0', text(STEP))
  local arrived, edge = #page < 2 * STEP, horizon
  if not arrived then
    local whole
    page, edge, whole = complete(set, page)
    if whole then edge = edge - 1 end
  end
  apply(total, page, 1)
  if #page > 0 then total[3] = min(total[3], tonumber(page[#page])) end
  total[2] = edge
  return arrived
end

-- Lets a total begin later, where this takes more than a few entries; false where it has not arrived.
local function leap(set, total, horizon)
  if call('ZCOUNT', set, after(total[2]), text(horizon)) > STEP and call('ZCOUNT', set, after(horizon), '+inf') < STEP then
    total[2], total[3], total[4], total[5], total[6] = NEVER, NEVER, 0, 0, 0
    return back(set, total, horizon)
  end
  local page = call('ZRANGEBYSCORE', set, after(total[2]), text(horizon), 'WITHSCORES', 'LIMIT', '0', text(STEP))
  local arrived, edge = #page < 2 * STEP, horizon
  if not arrived then
    local whole
    page, edge, whole = complete(set, page)
    if not whole then edge = edge - 1 end
  end
  apply(total, page, -1)
  total[2], total[3] = edge, edge + 1
  return arrived
end

-- Lets a total begin later: as a rule one entry leaves, and the next one tells how long nothing does.
local function forward(set, total, horizon)
  local page = call('ZRANGEBYSCORE', set, after(total[2]), '+inf', 'WITHSCORES', 'LIMIT', '0', '4')
  local oldest, n = NEVER, #page
  while n > 0 and tonumber(page[n]) > horizon do
    oldest = tonumber(page[n])
    page[n], page[n - 1] = nil, nil
    n = n - 2
  end
  if n == 8 then return leap(set, total, horizon) end
  apply(total, page, -1)
  total[2], total[3] = horizon, oldest
  return true
end

-- Takes the oldest entries away where there are too many.
local function cap(set, totals)
  local surplus = call('ZCARD', set) - LIMIT
  if surplus <= 0 then return end
  local gone = call('ZPOPMIN', set, min(surplus, STEP))
  for _, total in pairs(totals) do
    local counted = {}
    for i = 1, #gone, 2 do
      if tonumber(gone[i + 1]) > total[2] then
        counted[#counted + 1] = gone[i]
        counted[#counted + 1] = gone[i + 1]
      end
    end
    apply(total, counted, -1)
  end
end

-- The totals by window, with the observed amount where it is new. What may be of a set that is gone is made anew.
local function readTotals(state, retention, at, added, high, low)
  local totals, refreshed = {}, refreshedOf(state)
  if clock - refreshed > lifetime(retention) - SLACK then return totals end
  for offset = HEAD + 1, #state, 48 do
    local total = { values('<dddddd', state, offset) }
    if added == 1 and at > total[2] then
      total[3] = min(total[3], at)
      total[4], total[5], total[6] = total[4] + 1, total[5] + high, total[6] + low
    end
    totals[total[1]] = total
  end
  return totals
end

local function stateOf(set, retention, totals, refreshed)
  if isStale(refreshed, retention) then
    refreshed = clock
    keepFor(retention)
    call('PEXPIRE', set, text(lifetime(retention)))
  end
  local parts = { headOf('L', refreshed) }
  for _, t in pairs(totals) do parts[#parts + 1] = bytes('<dddddd', t[1], t[2], t[3], t[4], t[5], t[6]) end
  return table.concat(parts)
end

local function sumOfSet(field, state, retention, windows, at, id, high, low)
  local set = setOf(field)
  local added = call('ZADD', set, 'NX', text(at), id)
  local totals = readTotals(state, retention, at, added, high, low)
  if not asking then
    cap(set, totals)
    return stateOf(set, retention, totals, refreshedOf(state))
  end
  local first = added == 0 and tonumber(call('ZSCORE', set, id)) or at
  -- Windows that nobody asks for any more are not carried on.
  local asked, settled = {}, true
  for w = 1, #windows do
    local window = windows[w]
    local horizon, arrived = at - window, true
    local total = totals[window] or { window, NEVER, NEVER, 0, 0, 0 }
    if horizon < total[2] then arrived = back(set, total, horizon)
    elseif horizon >= total[3] then arrived = forward(set, total, horizon) end
    asked[window] = total
    settled = settled and arrived
    -- Seen again after it has left the window: it is about this very transaction, so it counts.
    local again = first <= horizon and 1 or 0
    push(arrived and total[4] + again or -1)
    push(total[5] + again * high)
    push(total[6] + again * low)
  end
  if settled and trims(at) then
    call('ZREMRANGEBYSCORE', set, '-inf', text(at - retention - SLACK))
    cap(set, asked)
  end
  return stateOf(set, retention, asked, refreshedOf(state))
end

local function sumOfLog(log, width, windows, at, first, high, low)
  for w = 1, #windows do
    local horizon = at - windows[w]
    local n, h, l = 0, 0, 0
    if first <= horizon then n, h, l = 1, high, low end
    for offset = startOf(log, width, horizon) + 6 + MEMBER, #log, width do
      local entryHigh, entryLow = values('>I4I4', log, offset)
      n, h, l = n + 1, h + entryHigh, l + entryLow
    end
    push(n)
    push(h)
    push(l)
  end
end

-- Answers the new state.
local function sum(field, state, retention, windows, at, id, high, low)
  if byte(state) == 76 then return sumOfSet(field, state, retention, windows, at, id, high, low) end
  local width = 6 + #id
  local log, first = insert(maintain(state, width, retention, at), width, at, id, false)
  if #log > HEAD + SMALL * width then
    spill(field, width, state)
    return sumOfSet(field, headOf('L', 0), retention, windows, at, id, high, low)
  end
  if asking then sumOfLog(log, width, windows, at, first, high, low) end
  return log
end
