package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.model.DeviceException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DevicesTest {
    /** A machine with so many CUDA devices. */
    private static List<Device> on(int cudaDevices, String setting) {
        return Devices.of(
                setting,
                device -> device instanceof Device.Cuda cuda && cuda.index() >= cudaDevices
                        ? Optional.of("there are " + cudaDevices)
                        : Optional.empty());
    }

    @Test
    void autoIsEveryCudaDeviceElseTheCpu() {
        assertThat(on(2, "auto")).containsExactly(new Device.Cuda(0), new Device.Cuda(1));
        assertThat(on(0, "auto")).containsExactly(new Device.Cpu());
    }

    @Test
    void aListIsTakenInItsOrder() {
        assertThat(on(3, "cuda:2, cuda:0")).containsExactly(new Device.Cuda(2), new Device.Cuda(0));
        assertThat(on(3, "cuda")).containsExactly(new Device.Cuda(0));
        assertThat(on(3, "cpu")).containsExactly(new Device.Cpu());
    }

    @Test
    void aCudaDeviceThatIsNotThereIsAClearError() {
        assertThatThrownBy(() -> on(1, "cuda:1"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cuda:1")
                .hasMessageContaining("there are 1");
    }

    @Test
    void anythingElseIsRefusedWithWhatIsAccepted() {
        assertThatThrownBy(() -> on(1, "gpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"gpu\"")
                .hasMessageContaining("auto, cpu, cuda");
    }

    @Test
    void thisMachinesCpuOpensASession() {
        assertThat(Sessions.whyUnusable(new Device.Cpu())).isEmpty();
    }
}
