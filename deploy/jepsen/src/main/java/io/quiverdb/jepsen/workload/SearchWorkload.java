package io.quiverdb.jepsen.workload;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import java.util.List;
import java.util.random.RandomGenerator;

/// Points that move about while they are searched for.
public final class SearchWorkload implements Workload {
  private static final String NAME = "search";
  private static final int IDS = 200;
  private static final int DELETES_OF_A_HUNDRED = 20;
  private static final int K_MAX = 30;
  private static final int EXACT_OF_A_HUNDRED = 70;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void prepare(QuiverClient operator, Session session) {
    var _ = operator.createCollection(NAME, Schema.l2(Searches.DIMENSION));
  }

  @Override
  public Client client(int number, RandomGenerator random) {
    return new SearchClient(number, random);
  }

  @Override
  public void conclude(Session session) {
    var _ = Searches.search(session, NAME, new float[Searches.DIMENSION], 2 * IDS, true);
  }

  @Override
  public List<String> checkers() {
    return List.of("search");
  }

  private static final class SearchClient implements Client {
    private final int number;
    private final RandomGenerator random;
    private long serial;

    SearchClient(int number, RandomGenerator random) {
      this.number = number;
      this.random = random;
    }

    @Override
    public boolean step(Session session, Load load) {
      if (random.nextInt(100) >= load.writePercent()) {
        int k = 1 + random.nextInt(K_MAX);
        boolean exact = random.nextInt(100) < EXACT_OF_A_HUNDRED;
        return Searches.search(session, NAME, Searches.vector(random), k, exact);
      }
      var id = "s" + random.nextInt(IDS);
      return random.nextInt(100) < DELETES_OF_A_HUNDRED
          ? Registers.delete(session, NAME, id)
          : Searches.upsert(session, NAME, id, number + "-" + serial++, Searches.vector(random));
    }
  }
}
