-- Every word of the search text has a space before it, so that words of one or two letters can be looked up too.
UPDATE accounts SET search = substr(' ' || replace(search, chr(10), chr(10) || ' '), 1, 600);
