package io.quiverdb.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupStateMachineTest {
  private static final RaftPeerId SELF = RaftPeerId.valueOf("self");
  private static final RaftPeerId OTHER = RaftPeerId.valueOf("other");
  private static final RaftGroupMemberId MEMBER =
      RaftGroupMemberId.valueOf(SELF, RaftGroupId.randomId());

  @TempDir private Path folder;
  private final List<Throwable> fatal = new ArrayList<>();
  private GroupStateMachine machine;
  private boolean mayLead = true;

  @BeforeEach
  void setUp() {
    machine = LoneMachine.in(folder, () -> mayLead, fatal::add);
  }

  @Test
  void memberDoesNotLeadWhoseVoteForItselfCannotBeMadeDurable() {
    assertThatThrownBy(() -> machine.notifyLeaderChanged(MEMBER, SELF))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(machine.fault()).isPresent();
    assertThat(fatal).hasSize(1);
  }

  @Test
  void entriesThatTheNewestLeaderCountsOnAreNotReplaced() {
    machine.leaderTerms().acknowledged(4, 9);

    assertThatThrownBy(() -> machine.truncate(9))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("entries from 9 on to be replaced (expected: none up to 9");

    assertThat(machine.wasTruncated()).isFalse();
    assertThat(machine.fault()).isPresent();
    assertThat(fatal).hasSize(1);
  }

  @Test
  void entriesThatWereAppliedAreNotReplaced() {
    machine.notifyTermIndexUpdated(1, 3);

    assertThatThrownBy(() -> machine.truncate(3)).isInstanceOf(IllegalStateException.class);

    assertThat(fatal).hasSize(1);
  }

  @Test
  void leaderReplacesNoneOfItsEntriesUntilItHearsOfAnother() throws Exception {
    machine.notifyLeaderChanged(MEMBER, OTHER);
    machine.truncate(7).get();
    var _ = machine.flush(7);

    assertThatThrownBy(() -> machine.notifyLeaderChanged(MEMBER, SELF))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> machine.truncate(7))
        .hasMessageContaining("entries from 7 on to be replaced (expected: none of a leader)");
    machine.notifyLeaderChanged(MEMBER, OTHER);

    machine.truncate(7).get();
  }

  @Test
  void memberWhoseDiskHasYetToTakeEntriesBackDoesNotLead() {
    var _ = machine.truncate(7);

    assertThatThrownBy(() -> machine.notifyLeaderChanged(MEMBER, SELF))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shard 0: does not lead, its disk has yet to take entries back");

    assertThat(machine.isCurable()).isFalse();
    assertThat(fatal).hasSize(1);
  }

  @Test
  void voteOfAMemberThatHasFailedDoesNotCount() {
    machine.fail(new IOException("disk"));

    assertThatThrownBy(machine::forceVote).hasMessageContaining("its vote does not count");
  }

  @Test
  void otherEntriesAreReplaced() throws Exception {
    machine.leaderTerms().acknowledged(4, 9);

    machine.truncate(10).get();

    assertThat(machine.wasTruncated()).isTrue();
    assertThat(machine.fault()).isEmpty();
    assertThat(fatal).isEmpty();
  }

  @Test
  void memberThatLacksWhatItOnceHadDoesNotLead() {
    mayLead = false;

    assertThatThrownBy(() -> machine.notifyLeaderChanged(MEMBER, SELF))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shard 0: does not lead");

    // Until it is opened again Ratis calls it the leader.
    assertThat(machine.isCurable()).isTrue();
    assertThat(fatal).isEmpty();
  }

  @Test
  void memberThatFollowsHasNoVoteOfItsOwnToMakeDurable() {
    machine.notifyLeaderChanged(MEMBER, RaftPeerId.valueOf("other"));

    assertThat(machine.fault()).isEmpty();
    assertThat(fatal).isEmpty();
  }

  @Test
  void entriesAreNotAcknowledgedWhereTheNameOfTheirSegmentCannotBeMadeDurable() {
    assertThat(machine.flush(1)).isCompletedExceptionally();
  }
}
