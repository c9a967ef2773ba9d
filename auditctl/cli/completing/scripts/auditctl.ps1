# Completion of auditctl for PowerShell, as `auditctl completion powershell` prints it.
# Load it from $PROFILE:  auditctl completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName auditctl, auditctl.exe -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # the line goes through the environment: quotation marks in arguments do not arrive everywhere
    $env:AUDITCTL_COMPLETE_LINE = $commandAst.Extent.Text
    $env:AUDITCTL_COMPLETE_POINT = [string]($cursorPosition - $commandAst.Extent.StartOffset)
    $env:AUDITCTL_COMPLETE_WORD = [string]$wordToComplete
    $encoding = $null
    try {
        $encoding = [Console]::OutputEncoding
        [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
        $answer = @(auditctl __complete powershell 2>$null)
    }
    catch {
        $answer = @()
    }
    finally {
        if ($null -ne $encoding) { [Console]::OutputEncoding = $encoding }
        Remove-Item -ErrorAction Ignore Env:AUDITCTL_COMPLETE_LINE, Env:AUDITCTL_COMPLETE_POINT, Env:AUDITCTL_COMPLETE_WORD
    }

    # "WRITTEN<tab>SHOWN<tab>TOOLTIP", quoted already; without any, PowerShell offers files
    foreach ($line in ($answer | Select-Object -Skip 1)) {
        $part = $line.Split([char]9)
        if ($part.Length -eq 3) {
            New-Object System.Management.Automation.CompletionResult $part[0], $part[1], 'ParameterValue', $part[2]
        }
    }
}
