-- The book of a lot is a chain: each entry follows the one before it, and the lot says what the last entry says.
CREATE FUNCTION medications_stock_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before record;
BEGIN
  SELECT number, balance INTO before FROM medications_stockentry
   WHERE stock_id = NEW.stock_id ORDER BY number DESC LIMIT 1;
  IF NEW.number <> coalesce(before.number, 0) + 1 OR NEW.balance <> coalesce(before.balance, 0) + NEW.change THEN
    RAISE EXCEPTION 'an entry of stock follows the one before it' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER medications_stock_chain BEFORE INSERT ON medications_stockentry
  FOR EACH ROW EXECUTE FUNCTION medications_stock_chain();

CREATE FUNCTION medications_stock_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an entry of stock stays as written' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER medications_stock_stays BEFORE UPDATE OR DELETE ON medications_stockentry
  FOR EACH ROW EXECUTE FUNCTION medications_stock_stays();

CREATE FUNCTION medications_stock_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Asked at commit, of the row as it then stands: a lot moves more than once in one transaction.
  IF (SELECT balance FROM medications_stocklot WHERE id = NEW.id)
     <> coalesce((SELECT balance FROM medications_stockentry WHERE stock_id = NEW.id ORDER BY number DESC LIMIT 1), 0)
  THEN
    RAISE EXCEPTION 'the balance of a lot is what its entries say' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER medications_stock_adds_up AFTER INSERT OR UPDATE OF balance ON medications_stocklot
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION medications_stock_adds_up();
