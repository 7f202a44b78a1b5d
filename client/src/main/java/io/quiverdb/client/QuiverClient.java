package io.quiverdb.client;

import io.quiverdb.client.routing.ClientSecurity;
import io.quiverdb.client.routing.Router;
import io.quiverdb.client.routing.RouterOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;

/// A client of a Quiver cluster. Make one and share it: it is safe for any number of threads, and
/// it finds the nodes, follows the shards' leaders and tries again by itself. The first call
/// connects.
///
/// Calls wait until they are answered, or at most for the client's timeout. [#async] has the same
/// calls as futures.
public final class QuiverClient implements AutoCloseable {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration DEFAULT_ATTEMPT_TIMEOUT = Duration.ofSeconds(5);

  private final Router router;
  private final ExecutorService callbacks;
  private final AsyncQuiverClient async;

  private QuiverClient(RouterOptions options, LongSupplier nanoClock) {
    this.callbacks = ClientThreads.callbacks();
    this.router =
        new Router(options, ClientThreads.named("network"), callbacks, new Random(), nanoClock);
    this.async = new AsyncQuiverClient(new Calls(router, callbacks));
  }

  /// A client that finds the cluster by any of these nodes. Speaks without TLS.
  ///
  /// @param seeds host:port where nodes serve clients
  public static QuiverClient connect(String... seeds) {
    return builder().seeds(seeds).plaintext().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /// The same calls as futures.
  public AsyncQuiverClient async() {
    return async;
  }

  /// Creates a collection on every shard.
  ///
  /// @throws AlreadyExistsException if there is one of that name
  public Collection createCollection(String name, Schema schema) {
    return new Collection(Calls.await(async.createCollection(name, schema)));
  }

  /// A handle to a collection, whether it exists or not: asks nobody.
  public Collection collection(String name) {
    return new Collection(async.collection(name));
  }

  /// All collections, by name.
  public List<CollectionInfo> collections() {
    return Calls.await(async.collections());
  }

  /// Drops a collection from every shard. The name is free then.
  ///
  /// @throws NotFoundException if there is none of that name
  public void dropCollection(String name) {
    Calls.await(async.dropCollection(name));
  }

  /// Drops a collection from every shard and destroys the keys that open what is left of it, on
  /// every node, in files, logs and snapshots. When this returns, the name is free and nobody reads
  /// the collection any more; that the keys are gone everywhere takes as long as the last node
  /// needs, one that is down included: [#shredStatus]. Nothing brings it back.
  ///
  /// @throws NotFoundException if there is none of that name
  /// @throws InvalidArgumentException if the cluster is not encrypted
  public ShredStatus shredCollection(String name) {
    return Calls.await(async.shredCollection(name));
  }

  /// How far the last shredding of a collection of this name is.
  ///
  /// @throws NotFoundException if none was shredded, or so long ago that it is forgotten
  public ShredStatus shredStatus(String name) {
    return Calls.await(async.shredStatus(name));
  }

  /// Sends a write whose outcome is unknown again, under the same request id and position.
  ///
  /// @return the first outcome
  /// @throws OutcomeUnknownException if it is still unknown; for good if its reason is `expired`
  /// @throws IllegalArgumentException unless [OutcomeUnknownException#resumable]
  public WriteResult resume(OutcomeUnknownException exception) {
    return Calls.await(async.resume(exception));
  }

  /// Sends those points again that are not known to be applied, under the same request ids and
  /// positions.
  ///
  /// @return the outcome of all points, the earlier ones included
  public WriteResult resume(PartialFailureException exception) {
    return Calls.await(async.resume(exception));
  }

  /// What this client has seen: what its reads at [Consistency#SESSION] see at least.
  public Session session() {
    return new Session(router);
  }

  public Cluster cluster() {
    return new Cluster(async.cluster());
  }

  public Keys keys() {
    return new Keys(async.keys());
  }

  /// Ends calls that are under way and frees all threads and connections.
  @Override
  public void close() {
    router.close();
    callbacks.shutdown();
  }

  /// What a client can be told.
  public static final class Builder {
    private final List<String> seeds = new ArrayList<>();
    private Duration timeout = DEFAULT_TIMEOUT;
    private Duration attemptTimeout = DEFAULT_ATTEMPT_TIMEOUT;
    private boolean seedsOnly;
    private boolean tls;
    private Optional<Path> authority = Optional.empty();
    private Optional<ClientSecurity.Certificate> certificate = Optional.empty();
    private Optional<String> apiKey = Optional.empty();
    private LongSupplier nanoClock = System::nanoTime;

    private Builder() {}

    /// Nodes to ask first, host:port each. One that answers is enough.
    public Builder seeds(String... addresses) {
      return seeds(Arrays.asList(addresses));
    }

    /// Nodes to ask first, host:port each. One that answers is enough.
    public Builder seeds(List<String> addresses) {
      seeds.addAll(addresses);
      return this;
    }

    /// How long a call may take, all its attempts included; 30 s if not said.
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /// How long one node may take before another is asked; 5 s if not said, more of it with each
    /// attempt. Creating, dropping and what concerns the cluster as a whole have all the time there
    /// is.
    public Builder attemptTimeout(Duration timeout) {
      this.attemptTimeout = timeout;
      return this;
    }

    /// Asks none but the seeds, which forward what they do not lead: for a client that cannot reach
    /// the other nodes, as behind a load balancer or a forwarded port. Costs a step for most calls.
    public Builder seedsOnly() {
      this.seedsOnly = true;
      return this;
    }

    /// Speaks without TLS, as it does if nothing is said.
    public Builder plaintext() {
      tls = false;
      return this;
    }

    /// Speaks TLS 1.3, with nodes whose certificates are of an authority that the Java platform
    /// trusts, for the hosts that are connected to.
    public Builder tls() {
      tls = true;
      return this;
    }

    /// Speaks TLS 1.3, with nodes whose certificates are of this authority, for the hosts that are
    /// connected to.
    ///
    /// @param authority a file in PEM, as `quiver cert create-ca` makes it
    public Builder tls(Path authority) {
      this.authority = Optional.of(authority);
      return tls();
    }

    /// Proves itself by a certificate, where nodes ask for one. Speaks TLS.
    ///
    /// @param certificate a file in PEM
    /// @param key a file in PEM (PKCS #8, not encrypted)
    public Builder certificate(Path certificate, Path key) {
      this.certificate = Optional.of(new ClientSecurity.Certificate(certificate, key));
      return tls();
    }

    /// Proves itself by an API key, which a cluster asks for once it has one. Without TLS it can be
    /// read on its way.
    public Builder apiKey(String key) {
      this.apiKey = Optional.of(key);
      return this;
    }

    private ClientSecurity security() {
      return ClientSecurity.of(
          tls ? Optional.of(new ClientSecurity.Tls(authority, certificate)) : Optional.empty(),
          apiKey);
    }

    /// What deadlines are measured by.
    Builder nanoClock(LongSupplier clock) {
      this.nanoClock = clock;
      return this;
    }

    /// Connects to nothing yet.
    ///
    /// @throws IllegalArgumentException if there is no seed, one is not host:port, or a file of
    ///   certificates cannot be used
    public QuiverClient build() {
      return new QuiverClient(
          new RouterOptions(seeds, timeout, attemptTimeout, seedsOnly, security()), nanoClock);
    }
  }
}
