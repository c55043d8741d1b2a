// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.jmx.StoreMXBean;
import dev.ensemblekv.spi.KvEvent;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.management.ListenerNotFoundException;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.NotificationEmitter;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bean of a store, which also sends its events as notifications. */
final class StoreBean extends DescribedBean implements NotificationEmitter {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBean.class);

  private final EventLog events;
  private final String substore;
  private final Runnable onListener;
  private final Consumer<EventLog.Entry> sender = this::send;
  private final NotificationBroadcasterSupport broadcaster;
  private volatile @Nullable ObjectName name;

  /**
   * Creates the bean.
   *
   * @param substore the name of the substore that it is of, which sends nothing of others; empty:
   *     it is of the whole store
   * @param onListener is run whenever somebody begins to listen
   */
  StoreBean(
      StoreMXBean view, Snapshot snapshot, EventLog events, String substore, Runnable onListener) {
    super(view, StoreMXBean.class, snapshot);
    this.onListener = onListener;
    this.events = events;
    this.substore = substore;
    this.broadcaster = new NotificationBroadcasterSupport(infos());
  }

  private static MBeanNotificationInfo[] infos() {
    return Arrays.stream(KvEvent.Kind.values())
        .map(
            kind ->
                new MBeanNotificationInfo(
                    new String[] {kind.type()}, Notification.class.getName(), kind.text()))
        .toArray(MBeanNotificationInfo[]::new);
  }

  /** Says under which name it is registered: that is the source of what it sends. */
  ObjectName registered(ObjectName name) {
    this.name = name;
    return name;
  }

  /** Sends what is pending, and nothing more. */
  void end() {
    events.end(sender);
  }

  private void send(EventLog.Entry entry) {
    ObjectName source = name;
    if (source == null || !entry.isOf(substore)) {
      return;
    }
    KvEvent event = entry.event();
    Notification notification =
        new Notification(
            event.kind().type(), source, entry.sequence(), entry.millis(), event.text());
    try {
      notification.setUserData(userData(entry));
      broadcaster.sendNotification(notification);
    } catch (OpenDataException | RuntimeException e) {
      LOG.warn("a notification of {} was not sent", source, e);
    }
  }

  private static CompositeDataSupport userData(EventLog.Entry entry) throws OpenDataException {
    Map<String, Object> values = new TreeMap<>(entry.event().attributes());
    values.put("substore", entry.substore());
    String[] names = values.keySet().toArray(String[]::new);
    OpenType<?>[] types =
        values.values().stream().map(StoreBean::openType).toArray(OpenType<?>[]::new);
    CompositeType type =
        new CompositeType(entry.event().kind().type(), "Details of an event.", names, names, types);
    return new CompositeDataSupport(type, values);
  }

  private static OpenType<?> openType(Object value) {
    if (value instanceof Long) {
      return SimpleType.LONG;
    }
    if (value instanceof Double) {
      return SimpleType.DOUBLE;
    }
    return value instanceof Boolean ? SimpleType.BOOLEAN : SimpleType.STRING;
  }

  @Override
  public void addNotificationListener(
      NotificationListener listener,
      @Nullable NotificationFilter filter,
      @Nullable Object handback) {
    broadcaster.addNotificationListener(listener, filter, handback);
    events.listen(sender);
    onListener.run();
  }

  @Override
  public void removeNotificationListener(NotificationListener listener)
      throws ListenerNotFoundException {
    broadcaster.removeNotificationListener(listener);
  }

  @Override
  public void removeNotificationListener(
      NotificationListener listener, @Nullable NotificationFilter filter, @Nullable Object handback)
      throws ListenerNotFoundException {
    broadcaster.removeNotificationListener(listener, filter, handback);
  }

  @Override
  public MBeanInfo getMBeanInfo() {
    MBeanInfo info = super.getMBeanInfo();
    return new MBeanInfo(
        info.getClassName(),
        info.getDescription(),
        info.getAttributes(),
        info.getConstructors(),
        info.getOperations(),
        getNotificationInfo(),
        info.getDescriptor());
  }

  @Override
  public MBeanNotificationInfo[] getNotificationInfo() {
    return broadcaster.getNotificationInfo();
  }
}
