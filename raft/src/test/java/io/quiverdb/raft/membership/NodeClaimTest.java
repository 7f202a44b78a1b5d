package io.quiverdb.raft.membership;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.MasterKey;
import io.quiverdb.core.WrongKeyException;
import io.quiverdb.core.crypto.KeyBytes;
import io.quiverdb.core.crypto.WrappedCatalogKey;
import io.quiverdb.core.storage.SimulatedStorage;
import io.quiverdb.raft.Claim;
import io.quiverdb.raft.GroupKey;
import io.quiverdb.raft.GroupKey.CatalogGroup;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.Member;
import io.quiverdb.raft.NodeAddresses;
import io.quiverdb.raft.NodeId;
import io.quiverdb.raft.ShardException;
import io.quiverdb.raft.TestKeyRing;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class NodeClaimTest {
  private static final MasterKey MASTER = TestKeyRing.MASTER;
  private static final WrappedCatalogKey KEY =
      WrappedCatalogKey.wrap(KeyBytes.draw(new SecureRandom()), MASTER);
  private static final NodeId SELF = new NodeId(new UUID(0, 1));
  private static final NodeId OTHER = new NodeId(new UUID(0, 2));

  private final SimulatedStorage storage = new SimulatedStorage();
  private final Groups groups = new Groups();

  @Test
  void laterClaimReplacesAnEarlierOneUntilAGroupIsOpened() throws IOException {
    var node = open();

    assertThat(node.claim(claim(1)).join()).isEqualTo(claim(1));
    assertThat(node.claim(claim(2)).join()).isEqualTo(claim(2));
    node.openGroup(claim(2).clusterId(), new CatalogGroup()).join();
    node.openGroup(claim(2).clusterId(), new CatalogGroup()).join();

    assertThat(node.claim(claim(3)).join()).isEqualTo(claim(2));
    assertThat(open().claim(claim(3)).join()).isEqualTo(claim(2));
    assertThat(groups.opened).containsExactly(new CatalogGroup());
  }

  @Test
  void groupOfAnotherClusterIsNotOpened() throws IOException {
    var node = open();

    assertThat(node.openGroup(claim(1).clusterId(), new CatalogGroup()).exceptionNow())
        .isInstanceOf(ShardException.Unavailable.class);
    node.claim(claim(2)).join();
    assertThat(node.openGroup(claim(1).clusterId(), new CatalogGroup()).exceptionNow())
        .isInstanceOf(ShardException.Unavailable.class);

    assertThat(groups.opened).isEmpty();
    assertThat(node.claim(claim(3)).join()).isEqualTo(claim(3));
  }

  @Test
  void shardThatThisNodeIsNoMemberOfIsNotOpened() throws IOException {
    var node = open();
    node.claim(claim(1)).join();

    node.openGroup(claim(1).clusterId(), new ShardGroup(0)).join();
    assertThat(node.openGroup(claim(1).clusterId(), new ShardGroup(1)).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(node.openGroup(claim(1).clusterId(), new ShardGroup(9)).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(groups.opened).containsExactly(new ShardGroup(0));
  }

  @Test
  void claimOfOtherNodesIsRefused() throws IOException {
    var others = new Claim(new UUID(1, 0), List.of(member(OTHER)), 2, 1, 4 << 20, Optional.empty());

    assertThat(open().claim(others).exceptionNow()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingIsAnsweredAfterAFailedWrite() throws IOException {
    var node = open();
    storage.failAt(3);

    assertThat(node.claim(claim(1)).exceptionNow()).isInstanceOf(ShardException.Failed.class);
    assertThat(node.claim().exceptionNow()).isInstanceOf(ShardException.Failed.class);
    assertThat(node.openGroup(claim(1).clusterId(), new CatalogGroup()).exceptionNow())
        .isInstanceOf(ShardException.Failed.class);
  }

  @Test
  void claimUnderAnotherMasterKeyIsRefusedAndNothingIsWritten() throws IOException {
    var node = open(List.of(TestKeyRing.newMaster()));

    assertThat(node.claim(claim(1)).exceptionNow())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(MASTER.id());

    assertThat(node.current()).isEmpty();
    assertThat(storage.files()).isEmpty();
  }

  @Test
  void nodeThatEncryptsTakesNoClaimWithoutAKeyAndTheReverse() throws IOException {
    var encrypting = open();
    assertThat(encrypting.claim(claim(1).withKey(Optional.empty())).exceptionNow())
        .hasMessageContaining("without encryption");

    var plain = open(List.of());
    assertThat(plain.claim(claim(1)).exceptionNow()).hasMessageContaining("master key: none");
    assertThat(plain.claim(claim(1).withKey(Optional.empty()))).isCompleted();
  }

  @Test
  void keyComesBackWithTheClaimAndIsNotInItsFile() throws IOException {
    open().claim(claim(1)).join();

    assertThat(open().current()).contains(claim(1));
    assertThat(new String(storage.content("claim"), ISO_8859_1))
        .doesNotContain(KEY.wrapped().toString(ISO_8859_1));
  }

  @Test
  void acceptedMasterKeyIsReplacedByTheFirstOne() throws IOException {
    open().claim(claim(1)).join();
    var next = TestKeyRing.newMaster();

    var rewrapped = open(List.of(next, MASTER)).current().orElseThrow().catalogKey().orElseThrow();

    assertThat(rewrapped.masterKeyId()).isEqualTo(next.id());
    assertThat(rewrapped.check()).isEqualTo(KEY.check());
    assertThat(open(List.of(next)).current()).isPresent();
    assertThatThrownBy(this::open).isInstanceOf(WrongKeyException.class);
  }

  @Test
  void groupsWhoseKeyIsGoneAreDamage() throws IOException {
    open().claim(claim(1)).join();
    groups.opened.add(new CatalogGroup());
    storage.delete("catalog.key");

    assertThatThrownBy(this::open).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void groupsWithoutAClaimAreDamage() {
    groups.opened.add(new CatalogGroup());

    assertThatThrownBy(this::open).isInstanceOf(CorruptFileException.class);
  }

  private NodeClaim open() throws IOException {
    return open(List.of(MASTER));
  }

  private NodeClaim open(List<MasterKey> masterKeys) throws IOException {
    var keys = NodeKeys.open(storage, masterKeys, new SecureRandom());
    return NodeClaim.open(SELF, new ClaimFile(storage), keys, groups);
  }

  private static Claim claim(int clusterId) {
    return new Claim(
        new UUID(clusterId, 0),
        List.of(member(SELF), member(OTHER)),
        2,
        1,
        4 << 20,
        Optional.of(KEY));
  }

  private static Member member(NodeId id) {
    return new Member(id, new NodeAddresses("h:1", "h:2", "h:3"));
  }

  private static final class Groups implements NodeClaim.Groups {
    private final Set<GroupKey> opened = new HashSet<>();

    @Override
    public boolean anyExists() {
      return !opened.isEmpty();
    }

    @Override
    public CompletableFuture<Void> open(Claim claim, GroupKey group) {
      opened.add(group);
      return CompletableFuture.completedFuture(null);
    }
  }
}
