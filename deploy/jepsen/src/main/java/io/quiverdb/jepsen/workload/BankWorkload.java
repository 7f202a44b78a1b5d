package io.quiverdb.jepsen.workload;

import io.quiverdb.client.Point;
import io.quiverdb.client.Precondition;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import io.quiverdb.jepsen.history.Entry;
import io.quiverdb.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Accounts of one shard between which money is moved: both accounts are written together, if
/// neither has changed since they were read. The total stays the same.
public final class BankWorkload implements Workload {
  private static final String NAME = "bank";
  private static final int ACCOUNTS = 6;
  private static final int OPENING_BALANCE = 100;
  private static final int AMOUNT_MAX = 20;

  private final List<String> accounts = new ArrayList<>();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {
    var collection = operator.createCollection(NAME, Schema.l2(1));
    accounts.addAll(SameShard.ids(collection, "a", ACCOUNTS));
    var balance = String.valueOf(OPENING_BALANCE);
    BatchWorkload.writeBatch(session, NAME, accounts, balance);
  }

  @Override
  public Client client(int number, RandomGenerator random) {
    return new Teller(random);
  }

  @Override
  public void conclude(Session session) {
    var _ = BatchWorkload.readBatch(session, NAME, accounts);
  }

  @Override
  public List<String> checkers() {
    return List.of("bank");
  }

  private final class Teller implements Client {
    private final RandomGenerator random;

    Teller(RandomGenerator random) {
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      if (random.nextInt(100) >= load.writePercent()) {
        return BatchWorkload.readBatch(session, NAME, accounts).isPresent();
      }
      int from = random.nextInt(ACCOUNTS);
      int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
      long amount = 1L + random.nextInt(AMOUNT_MAX);
      var balances =
          BatchWorkload.readBatch(session, NAME, List.of(accounts.get(from), accounts.get(to)));
      return balances.isPresent() && transfer(session, balances.get(), amount);
    }

    /// @param balances of the account that gives and of the one that takes
    private boolean transfer(Session session, List<Entry> balances, long amount) {
      var from = balances.get(0);
      var to = balances.get(1);
      if (balance(from) < amount) {
        return true;
      }
      return session
          .ask(
              NAME,
              new Operation.Transfer(from.id(), to.id(), amount),
              client ->
                  Reply.of(
                      client.collection(NAME).upsert(changed(from, -amount), changed(to, amount))))
          .isPresent();
    }

    private static Point changed(Entry account, long by) {
      return Values.point(account.id(), String.valueOf(balance(account) + by), 0)
          .onlyIf(Precondition.version(account.version().orElseThrow()));
    }

    private static long balance(Entry account) {
      return Long.parseLong(account.value());
    }
  }
}
