-- Of a maximum those amounts are kept that are larger than all later ones: the first of them inside of a window is its
-- largest. They are in the state, in order of time, 14 bytes each: when, and the halves of the amount.

local function atLeast(high, low, high2, low2) return high > high2 or high == high2 and low >= low2 end

-- Adds an amount to a front, unless a later one that is as large stands for it.
local function advance(front, at, high, low)
  local last = #front
  while last > HEAD and values('>I6', front, last - 13) > at do last = last - 14 end
  if last < #front then
    local _, h, l = values('>I6I4I4', front, last + 1)
    if atLeast(h, l, high, low) then return front end
  end
  local later = last < #front and sub(front, last + 1) or ''
  local first = last
  while first > HEAD do
    local t, h, l = values('>I6I4I4', front, first - 13)
    if not atLeast(high, low, h, l) then
      if t == at then return front end
      break
    end
    first = first - 14
  end
  local kept = first < #front and sub(front, 1, first) or front
  local advanced = kept .. stampOf(at) .. bytes('>I4I4', high, low) .. later
  local longest = HEAD + 14 * FRONT_LIMIT
  return #advanced > longest and sub(advanced, 1, longest) or advanced
end

-- Answers the new state.
local function maximum(state, retention, windows, at, high, low)
  local front = advance(maintain(state, 14, retention, at), at, high, low)
  if not asking then return front end
  for w = 1, #windows do
    local h, l, offset = high, low, startOf(front, 14, at - windows[w])
    if offset < #front then
      local _, h2, l2 = values('>I6I4I4', front, offset)
      if atLeast(h2, l2, h, l) then h, l = h2, l2 end
    end
    push(h)
    push(l)
  end
  return front
end
