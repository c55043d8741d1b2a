// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ensemblekv.api.jmx.StoreMXBean;
import dev.ensemblekv.api.jmx.TaskMXBean;
import dev.ensemblekv.ensemble.EnsembleMXBean;
import dev.ensemblekv.it.ChildProcess;
import dev.ensemblekv.spi.KvEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores in another process are seen and steered over a JMX connection. */
class RemoteManagementTest {
  private static final String DOMAIN = "dev.ensemblekv:";
  private static final Set<String> OPERATIONS =
      Set.of("get", "put", "delete", "compareAndSet", "write", "flush", "iterate");

  @TempDir static Path temp;

  private static RemoteHost host;

  @BeforeAll
  static void open() throws Exception {
    host = new RemoteHost(temp);
  }

  @AfterAll
  static void close() throws Exception {
    host.close();
  }

  private static ObjectName name(String keys) throws Exception {
    return new ObjectName(DOMAIN + keys);
  }

  private static <T> T bean(ObjectName name, Class<T> view) throws Exception {
    return JMX.newMXBeanProxy(host.connection(), name, view);
  }

  @Test
  void eachStoreHasItsBeans() throws Exception {
    Set<String> expected = new TreeSet<>();
    String id = "id=" + bean(jsonStore(), StoreMXBean.class).getId();
    String odd = "store=" + ObjectName.quote(StoreHost.ODD_NAME);
    addStore(expected, "Engine", "store=music," + id);
    addStore(expected, "Engine", odd);
    addStore(expected, "ExtentEngine", "store=films");
    addStore(expected, "LevelDb", "store=leveldb");
    addStore(expected, "Lmdb", "store=lmdb");
    addStore(expected, "ExtentEngine", "store=music");
    addStore(expected, "ExtentEngine", "store=albums");
    expected.add(name("type=Ensemble,store=music").getCanonicalName());
    expected.add(name("type=Ensemble,store=albums").getCanonicalName());
    for (String substore : List.of("0000", "0001", "0002")) {
      addStore(expected, "ExtentEngine", "store=music,substore=" + substore);
    }

    Set<String> found =
        host.names(DOMAIN + "*").stream()
            .filter(bean -> !bean.getKeyProperty("type").equals("Task"))
            .map(ObjectName::getCanonicalName)
            .filter(bean -> !bean.matches(".*substore=000[^012].*")) // of the doubling
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).isEqualTo(expected);
  }

  private static void addStore(Set<String> names, String engine, String keys) throws Exception {
    names.add(name("type=Store," + keys).getCanonicalName());
    names.add(name("type=" + engine + "," + keys).getCanonicalName());
    for (String operation : OPERATIONS) {
      names.add(name("type=Latency,op=" + operation + "," + keys).getCanonicalName());
    }
  }

  private static ObjectName jsonStore() throws Exception {
    return host.names(DOMAIN + "type=Store,store=music,id=*").iterator().next();
  }

  @Test
  void everyAttributeOfEveryBeanIsDescribedAndCanBeReadByAnyClient() throws Exception {
    MBeanServerConnection connection = host.connection();
    connection.invoke(jsonStore(), "verify", null, null); // so that there is a task
    for (ObjectName bean : host.names(DOMAIN + "*")) {
      MBeanInfo info = connection.getMBeanInfo(bean);
      assertDescribed(bean, info.getDescription(), bean.getKeyProperty("type"));
      String[] names =
          Stream.of(info.getAttributes()).map(MBeanFeatureInfo::getName).toArray(String[]::new);
      assertThat(names).as("%s", bean).isNotEmpty().doesNotHaveDuplicates();
      for (MBeanAttributeInfo attribute : info.getAttributes()) {
        assertDescribed(bean, attribute.getDescription(), attribute.getName());
        Object value = connection.getAttribute(bean, attribute.getName());
        if (value != null) {
          assertThat(value.getClass().getName())
              .as("%s %s", bean, attribute.getName())
              .matches("(\\[L)?javax?\\..*");
        }
      }
      assertThat(connection.getAttributes(bean, names)).as("%s", bean).hasSameSizeAs(names);
      for (MBeanOperationInfo operation : info.getOperations()) {
        assertDescribed(bean, operation.getDescription(), operation.getName());
        Stream.of(operation.getSignature())
            .forEach(
                parameter ->
                    assertDescribed(bean, parameter.getDescription(), parameter.getName()));
      }
    }
  }

  /** What a StandardMBean says by itself is no description. */
  private static void assertDescribed(ObjectName bean, String description, String name) {
    assertThat(description)
        .as("%s %s", bean, name)
        .matches("[A-Z0-9].*[.)]")
        .contains(" ")
        .isNotEqualTo(name)
        .doesNotContain("exposed for management", "MXBean");
    assertThat(name).doesNotMatch("p[0-9]+");
  }

  @Test
  void figuresComeFromTheStore() throws Exception {
    StoreMXBean store = bean(name("type=Store,store=albums"), StoreMXBean.class);
    assertThat(store.getSpec()).isEqualTo("ensemble:extent");
    assertThat(store.getPath()).isEqualTo(temp.resolve("albums").toString());
    assertThat(store.getState()).isEqualTo("OPEN");
    assertThat(store.getProblem()).isEmpty();
    long bytes = 10 * (4 + 100) + 90 * (5 + 100);
    assertThat(store.getPutCalls()).isEqualTo(100);
    assertThat(store.getWrittenBytes()).isEqualTo(bytes);
    assertThat(store.getKeysAtMost()).isEqualTo(100);
    assertThat(store.isKeysExact()).isFalse();
    assertThat(store.getDiskBytes()).isGreaterThan(bytes);
    assertThat(store.getUnsyncedBytes()).isGreaterThan(bytes);
    assertThat(store.getWriteAmplification()).isBetween(1.0, 2.0);
    assertThat(store.getSpaceAmplification()).isGreaterThan(1);
    assertThat(store.getOpenFiles()).isGreaterThanOrEqualTo(3);
    assertThat(store.getHitRatio()).isNaN();
    assertThat(store.getSubstoreCount()).isEqualTo(3);

    store.flush();

    assertThat(store.getUnsyncedBytes()).isZero();
    assertThat(store.getLastSyncAgeMillis()).isNotNegative();
    assertThat(store.getFlushCalls()).isEqualTo(1);

    store.resetStatistics();

    assertThat(store.getPutCalls()).isZero();
    assertThat(store.getWrittenBytes()).isZero();
    assertThat(store.getKeysAtMost()).isEqualTo(100);
  }

  @Test
  void aTaskIsWatchedByItsBean() throws Exception {
    ObjectName name = name("type=Store,store=films");
    RemoteHost.Notifications notifications = host.listen(name);
    StoreMXBean store = bean(name, StoreMXBean.class);

    ObjectName verifying = store.verify();
    Notification ended = notifications.await(KvEvent.Kind.TASK_FINISHED.type());

    assertThat(verifying.getCanonicalName())
        .matches("dev\\.ensemblekv:store=films,task=\\d+,type=Task");
    assertThat(ended.getSource()).isEqualTo(name);
    CompositeData details = (CompositeData) ended.getUserData();
    assertThat(details.get("operation")).isEqualTo("verify");
    assertThat(details.get("state")).isEqualTo("SUCCEEDED");
    assertThat(details.get("done")).isEqualTo(10L);
    TaskMXBean task = bean(verifying, TaskMXBean.class);
    assertThat(task.getState()).isEqualTo("SUCCEEDED");
    assertThat(task.getResult()).isEqualTo("10 keys, 0 problems");
    assertThat(task.getError()).isEmpty();
    assertThat(task.getProgress()).isEqualTo(1);
    assertThat(task.getTotal()).isEqualTo(10);
    assertThat(task.await(1)).isTrue();
    assertThat(task.getEnded()).isAfterOrEqualTo(task.getStarted());
    task.cancel();
    assertThat(task.getState()).isEqualTo("SUCCEEDED");
    assertThat(store.getTasks()).contains(verifying);
    assertThat(List.of(store.getRecentEvents())).last().asString().contains("TASK_FINISHED");
  }

  @Test
  void aCheckpointIsMadeWhereAnAdministratorSays() throws Exception {
    ObjectName name = name("type=Store,store=films");
    RemoteHost.Notifications notifications = host.listen(name);
    StoreMXBean store = bean(name, StoreMXBean.class);

    ObjectName task = store.checkpoint(temp.resolve("copy").toString());
    notifications.await(KvEvent.Kind.TASK_FINISHED.type());
    assertThat(bean(task, TaskMXBean.class).getState()).isEqualTo("SUCCEEDED");
    assertThat(temp.resolve("copy/STORE")).exists();

    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> store.checkpoint(temp.resolve("copy").toString()))
        .withMessageContaining("there is a store here already")
        .withNoCause();
  }

  @Test
  void endedTasksAreForgottenButForTheLastSixteen() throws Exception {
    ObjectName name = name("type=Store,store=leveldb");
    RemoteHost.Notifications notifications = host.listen(name);
    List<ObjectName> tasks = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      tasks.add(bean(name, StoreMXBean.class).verify());
      notifications.await(KvEvent.Kind.TASK_FINISHED.type());
    }

    assertThat(host.names(DOMAIN + "type=Task,store=leveldb,*"))
        .containsExactlyInAnyOrderElementsOf(tasks.subList(2, 18));
  }

  @Test
  void whatIsWrongIsSaidInAWayThatAnyClientUnderstands() throws Exception {
    StoreMXBean films = bean(name("type=Store,store=films"), StoreMXBean.class);
    StoreMXBean music = bean(name("type=Store,store=music"), StoreMXBean.class);
    EnsembleMXBean ensemble = bean(name("type=Ensemble,store=music"), EnsembleMXBean.class);

    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> films.checkpoint("relative/path"))
        .withMessageContaining("must be absolute");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> films.checkpoint(temp.resolve("extent/copy").toString()))
        .withMessageContaining("inside that of the store");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> music.checkpoint(temp.resolve("copy").toString()))
        .withMessageContaining("CHECKPOINT");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ensemble.splitNow("nobody"))
        .withMessage("there is no substore 'nobody'");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ensemble.setSplitRateBytesPerSecond(1))
        .withMessageContaining("ensemble.splitRate");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ensemble.setBackgroundTasksLimit(-1))
        .withMessageContaining("ensemble.backgroundTasks");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ensemble.setMaxKeys(3))
        .withMessageContaining("ensemble.maxKeys");
    Throwable missing =
        catchThrowable(
            () ->
                host.connection()
                    .invoke(
                        name("type=Store,store=films"),
                        "checkpoint",
                        new Object[1],
                        new String[] {String.class.getName()}));
    assertThat(missing.getCause())
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("an argument of checkpoint is missing");
    Throwable unknown =
        catchThrowable(
            () ->
                host.connection()
                    .setAttribute(
                        name("type=ExtentEngine,store=films"),
                        new Attribute("CompactionRateBytesPerSecond", 1L)));
    assertThat(unknown.getCause())
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("extent.compactionRate")
        .hasNoCause();
  }

  @Test
  void anEnsembleIsSteeredAndTellsOfADoubling() throws Exception {
    RemoteHost.Notifications notifications = host.listen(name("type=Store,store=music"));
    EnsembleMXBean ensemble = bean(name("type=Ensemble,store=music"), EnsembleMXBean.class);
    ensemble.setSplitRateBytesPerSecond(1L << 30);
    ensemble.setMaxKeys(200);
    assertThat(ensemble.getSplitRateBytesPerSecond()).isEqualTo(1L << 30);
    assertThat(ensemble.getMaxKeys()).isEqualTo(200);
    ensemble.setBackgroundTasksLimit(5);
    assertThat(ensemble.getBackgroundTasksLimit()).isEqualTo(5);
    assertThat(ensemble.getSubstores()).containsOnlyKeys("0000", "0001", "0002");

    host.order("put 0 2000");
    Notification begun = notifications.await(KvEvent.Kind.SPLIT_STARTED.type());
    notifications.await(KvEvent.Kind.SPLIT_PROGRESS.type());
    Notification ended = notifications.await(KvEvent.Kind.SPLIT_FINISHED.type());

    assertThat(begun.getMessage()).matches("the split of substore 000\\d begins");
    CompositeData details = (CompositeData) ended.getUserData();
    assertThat(details.get("target")).isEqualTo("0003");
    assertThat(details.get("donor").toString()).matches("000[0-2]");
    assertThat(ended.getSequenceNumber()).isGreaterThan(begun.getSequenceNumber());
    assertThat(ensemble.getSubstores()).containsKey("0003");
    assertThat(host.names(DOMAIN + "type=Store,store=music,substore=0003")).hasSize(1);
    for (int i = 1; i < 3; i++) {
      notifications.await(KvEvent.Kind.SPLIT_FINISHED.type()); // six substores: the doubling
    }
    assertThat(ensemble.getSubstoreCount()).isGreaterThanOrEqualTo(6);
    assertThat(ensemble.getSplits()).isGreaterThanOrEqualTo(3);
    Map<String, EnsembleMXBean.SubstoreFigures> substores = ensemble.getSubstores();
    assertThat(substores.values()).allSatisfy(row -> assertThat(row.getState()).isEqualTo("OPEN"));
    assertThat(ensemble.getRoots()).containsOnlyKeys(0);
    ensemble.pause();
    assertThat(ensemble.isPaused()).isTrue();
    ensemble.resume();
    assertThat(ensemble.isPaused()).isFalse();
  }

  @Test
  void eachNotificationIsAnnounced() throws Exception {
    Set<String> announced =
        Stream.of(host.connection().getMBeanInfo(name("type=Store,store=films")).getNotifications())
            .map(MBeanNotificationInfo::getNotifTypes)
            .flatMap(Stream::of)
            .collect(Collectors.toSet());

    assertThat(announced)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(KvEvent.Kind.values()).map(KvEvent.Kind::type).toList());
  }

  @Test
  void aClosedStoreLeavesNoBean(@TempDir Path other) throws Exception {
    try (RemoteHost closing = new RemoteHost(other)) {
      closing.connection().invoke(name("type=Store,store=films"), "verify", null, null);

      closing.order("close");

      assertThat(closing.names(DOMAIN + "*")).isEmpty();
    }
  }

  @Test
  void aJvmWhoseBeanServerIsBrokenOpensStoresAllTheSame() throws Exception {
    ChildProcess child =
        ChildProcess.java(
            temp,
            List.of(
                "-Djavax.management.builder.initial=no.such.Builder",
                "-cp",
                System.getProperty("java.class.path"),
                StoreHost.class.getName(),
                temp.resolve("broken").toString()));

    assertThat(child.output()).isEqualTo("done\n");
    assertThat(child.exitCode()).isZero();
  }
}
