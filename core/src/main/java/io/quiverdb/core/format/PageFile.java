package io.quiverdb.core.format;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.crypto.FileCodec;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.storage.ReadableFile;
import io.quiverdb.core.storage.ReadableStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/// Reads what a [PageWriter] wrote. Each page is verified when it is first touched. Plain pages are
/// read in place, others are decrypted into a [PageCache]. Used by any number of threads.
public final class PageFile {
  private final String path;
  private final ReadableFile file;
  private final long fileId;
  private final PageType type;
  private final int sealedPageBytes;
  private final FileCodec codec;
  private final BodyCheck check;

  /// Pages are read in place then.
  private final boolean liesPlain;

  private final int pageCount;
  private final PageCache.Slots cached;

  /// A bit per page. Threads that touch a page at once verify it twice, which does no harm.
  private final AtomicLongArray verified;

  /// What a body has to be like below its checksum and seal: asked once, when the page is first
  /// touched, so that whoever reads it may rely on it.
  @FunctionalInterface
  public interface BodyCheck {
    /// @return what is wrong with it
    Optional<String> fault(int page, MemorySegment body);
  }

  private PageFile(
      String path,
      ReadableFile file,
      long fileId,
      PageType type,
      int sealedPageBytes,
      FileCodec codec,
      BodyCheck check,
      boolean liesPlain,
      PageCache cache) {
    this.path = path;
    this.file = file;
    this.fileId = fileId;
    this.type = type;
    this.sealedPageBytes = sealedPageBytes;
    this.codec = codec;
    this.check = check;
    this.liesPlain = liesPlain;
    this.pageCount = Math.toIntExact((file.length() - FileHeader.BYTES) / sealedPageBytes);
    this.cached = (liesPlain ? PageCache.NONE : cache).slots(type, pageCount);
    this.verified = new AtomicLongArray((pageCount + Long.SIZE - 1) / Long.SIZE);
  }

  /// @param fileBytes the length it must have
  /// @param cache keeps what is decrypted, until [#forget]
  /// @param arena the file may be read until it is closed
  /// @throws CorruptFileException if it is missing, has another length, or its header is not what
  ///   was written
  public static PageFile open(
      ReadableStorage storage,
      String path,
      long fileBytes,
      long fileId,
      PageType type,
      int pageBytes,
      PageCodec codec,
      PageCache cache,
      Arena arena)
      throws IOException {
    return open(
        storage,
        path,
        fileBytes,
        fileId,
        type,
        pageBytes,
        codec,
        (_, _) -> Optional.empty(),
        cache,
        arena);
  }

  /// As above, for pages whose bodies are to be looked at.
  ///
  /// @param check what they have to be like
  public static PageFile open(
      ReadableStorage storage,
      String path,
      long fileBytes,
      long fileId,
      PageType type,
      int pageBytes,
      PageCodec codec,
      BodyCheck check,
      PageCache cache,
      Arena arena)
      throws IOException {
    var file = PublishedFile.open(storage, path, fileBytes, arena);
    var header = file.bytes(0, Math.min(FileHeader.BYTES, fileBytes));
    var fileCodec = FileHeader.open(header, codec, type, fileId, path);
    int sealedPageBytes = pageBytes + codec.pageOverheadBytes();
    if ((fileBytes - FileHeader.BYTES) % sealedPageBytes != 0) {
      throw new CorruptFileException(
          path, 0, "length", FileHeader.BYTES + " and a multiple of " + sealedPageBytes, fileBytes);
    }
    return new PageFile(
        path,
        file,
        fileId,
        type,
        sealedPageBytes,
        fileCodec,
        check,
        codec.pageOverheadBytes() == 0,
        cache);
  }

  public String path() {
    return path;
  }

  /// The whole file, where its pages lie plain: for whoever reads bodies in place without asking
  /// for each. They are to have been verified before. Empty if they have to be decrypted.
  public Optional<MemorySegment> plainBytes() {
    try {
      return liesPlain ? Optional.of(file.bytes().asReadOnly()) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  public int pageCount() {
    return pageCount;
  }

  /// Looks at every page.
  ///
  /// @param damages hears of those that are not what was written
  public void verify(Consumer<CorruptFileException> damages) {
    verify(_ -> {}, damages);
  }

  /// @param bodies takes those that are sound, in their order
  public void verify(Consumer<MemorySegment> bodies, Consumer<CorruptFileException> damages) {
    for (int page = 0; page < pageCount; page++) {
      try {
        bodies.accept(body(page));
      } catch (CorruptFileException e) {
        damages.accept(e);
      }
    }
  }

  /// Looks at every page that nobody has read, or has found damaged.
  ///
  /// @param damages hears of those that are not what was written
  public void verifyUnread(Consumer<CorruptFileException> damages) {
    for (int page = 0; page < pageCount; page++) {
      try {
        if (!isVerified(page)) {
          var _ = body(page);
        }
      } catch (CorruptFileException e) {
        damages.accept(e);
      }
    }
  }

  /// How many pages are in the cache.
  public int cachedCount() {
    return cached.count();
  }

  /// Reads all pages, so that they are in the cache as far as it has room.
  ///
  /// @throws CorruptFileException if one is not what was written
  public void warm() {
    for (int page = 0; page < pageCount; page++) {
      var _ = body(page);
    }
  }

  /// Takes its pages out of the cache: nobody reads the file any more.
  public void forget() {
    cached.close();
  }

  /// Where a page begins in the file.
  public long offset(int page) {
    return FileHeader.BYTES + (long) page * sealedPageBytes;
  }

  /// The live body of a page, read-only.
  ///
  /// @throws CorruptFileException if the page is not the one that was written here, or the disk
  ///   cannot give it
  public MemorySegment body(int page) {
    var known = cached.get(page);
    if (known != null) {
      return known;
    }
    var body = open(page);
    cached.put(page, body);
    return body.asReadOnly();
  }

  /// The same, for a reader who will not come back to it: the cache is left to others.
  public MemorySegment bodyOnce(int page) {
    var known = cached.get(page);
    return known == null ? open(page).asReadOnly() : known;
  }

  private MemorySegment open(int page) {
    try {
      return isVerified(page) ? reopen(page) : verify(page);
    } catch (CorruptFileException e) {
      throw e.onPage(page);
    } catch (InternalError e) {
      // So the JVM reports a mapped page that the disk cannot give.
      throw new CorruptFileException(path, offset(page), "page", "readable", e).onPage(page);
    }
  }

  private boolean isVerified(int page) {
    return (verified.getPlain(page / Long.SIZE) & 1L << page) != 0;
  }

  private MemorySegment reopen(int page) {
    long offset = offset(page);
    return PageFormat.reopen(address(page), bytes(offset), codec, path, offset);
  }

  private MemorySegment verify(int page) {
    long offset = offset(page);
    // Out of the mapping first: where the disk cannot give the page, copying throws, and computing
    // its checksum in place would end the process.
    var copy = MemorySegment.ofArray(bytes(offset).toArray(ValueLayout.JAVA_BYTE));
    var body = PageFormat.open(address(page), copy, codec, path, offset);
    var fault = check.fault(page, body);
    if (fault.isPresent()) {
      throw new CorruptFileException(path, offset, "content", "as it was written", fault.get());
    }
    verified.getAndUpdate(page / Long.SIZE, bits -> bits | 1L << page);
    return liesPlain ? reopen(page) : body;
  }

  /// A page as it lies in the file.
  private MemorySegment bytes(long offset) {
    try {
      return file.bytes(offset, sealedPageBytes);
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  private PageAddress address(int page) {
    return new PageAddress(type.code(), fileId, page);
  }
}
