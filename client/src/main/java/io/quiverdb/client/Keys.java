package io.quiverdb.client;

import java.util.List;

/// The cluster's API keys. Once there is one, every call needs one. Every call here can fail with a
/// [QuiverException].
public final class Keys {
  private final AsyncKeys async;

  Keys(AsyncKeys async) {
    this.async = async;
  }

  /// The same calls as futures.
  public AsyncKeys async() {
    return async;
  }

  /// Makes a key that may do everything. It is shown this once: the cluster keeps only a hash.
  ///
  /// @param name whose it is, for people
  /// @throws OutcomeUnknownException if the connection broke; [#list] tells whether it was made
  public ApiKey create(String name) {
    return Calls.await(async.create(name));
  }

  /// By id.
  public List<ApiKeyInfo> list() {
    return Calls.await(async.list());
  }

  /// From now on calls with this key are refused.
  ///
  /// @throws NotFoundException if there is none of that id
  /// @throws InvalidArgumentException if it is the last one
  public void revoke(String id) {
    Calls.await(async.revoke(id));
  }
}
