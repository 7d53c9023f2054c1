-- Counts. In a sorted set by time windows are ranges: late, repeated and unordered observations need no care. What is
-- counted is seen for the first time (transactions), or was last seen (distinct values), inside of the window.

local SURPLUS = text(-LIMIT - 1)

local function countInLog(log, width, windows, at, first)
  local oldest = oldestOf(log)
  for w = 1, #windows do
    local horizon = at - windows[w]
    local start = oldest > horizon and HEAD + 1 or startOf(log, width, horizon)
    local found = (#log - start + 1) / width
    -- Seen again after it has left the window: it is about this very transaction, so it counts.
    push(first <= horizon and found + 1 or found)
  end
end

local function countInSet(field, state, retention, windows, at, id, latest)
  local set, first = setOf(field), at
  if id ~= '' then
    local added = call('ZADD', set, latest and 'GT' or 'NX', text(at), id)
    if added == 0 and not latest then first = tonumber(call('ZSCORE', set, id)) end
    if isStale(refreshedOf(state), retention) then
      state = headOf('L', clock)
      keepFor(retention)
      call('PEXPIRE', set, text(lifetime(retention)))
    end
  end
  if asking then
    for w = 1, #windows do
      local horizon = at - windows[w]
      local found = call('ZCOUNT', set, after(horizon), '+inf')
      push(first <= horizon and found + 1 or found)
    end
    if trims(at) then call('ZREMRANGEBYSCORE', set, '-inf', text(at - retention - SLACK)) end
  end
  if not asking or trims(at) then call('ZREMRANGEBYRANK', set, '0', SURPLUS) end
  return state
end

-- Answers the new state. An id of "" asks without adding.
local function count(field, state, retention, windows, at, id, width, latest)
  if byte(state) == 76 then return countInSet(field, state, retention, windows, at, id, latest) end
  local log, first = state, at
  if id ~= '' then
    log, first = insert(maintain(state, width, retention, at), width, at, id, latest)
    if #log > HEAD + SMALL * width then
      spill(field, width, state)
      return countInSet(field, headOf('L', 0), retention, windows, at, id, latest)
    end
  end
  if asking then countInLog(log, width, windows, at, first) end
  return log
end
