package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.server.raftlog.RaftLog;
import org.junit.jupiter.api.Test;

class LeaderTermsTest {
  private static final long NOTHING = RaftLog.INVALID_LOG_INDEX;

  private final LeaderTerms terms = new LeaderTerms();

  @Test
  void whatTheLeaderSaysIsCommittedHereAsFarAsItWasAcknowledged() {
    terms.heard(2, 7);
    assertThat(terms.committed()).isEqualTo(NOTHING);

    terms.acknowledged(2, 6);
    assertThat(terms.committed()).isEqualTo(6);

    terms.acknowledged(2, 9);
    assertThat(terms.committed()).isEqualTo(7);
  }

  @Test
  void whatWasAcknowledgedIsKeptForItsLeaderOnly() {
    terms.acknowledged(2, 9);
    assertThat(terms.kept()).isEqualTo(9);

    terms.heard(3, 7);

    assertThat(terms.acknowledgedIn(2)).isEqualTo(NOTHING);
    assertThat(terms.acknowledgedIn(3)).isEqualTo(NOTHING);
    assertThat(terms.kept()).isEqualTo(NOTHING);
  }

  @Test
  void whatIsCommittedStaysSoUnderTheNextLeader() {
    terms.heard(2, 7);
    terms.acknowledged(2, 9);

    terms.heard(3, 4);

    assertThat(terms.committed()).isEqualTo(7);
    assertThat(terms.kept()).isEqualTo(7);
  }

  @Test
  void earlierLeaderChangesNothing() {
    terms.heard(3, 4);
    terms.acknowledged(3, 5);

    terms.heard(2, 9);
    terms.acknowledged(2, 9);

    assertThat(terms.committed()).isEqualTo(4);
    assertThat(terms.kept()).isEqualTo(5);
  }
}
